//! The table of the deep tier, made of what was taught.

use privet_encoder::ModelWriter;

use super::taught::Taught;
use super::weights::{Linear, Matrix, Norm, Numbers, Row};

impl Taught {
    /// As bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let Self { layout, weights, .. } = self;
        let mut writer = ModelWriter::new(layout.size, self.pieces);
        let width = layout.size.width;
        let part = |at: &Row| weights.numbers().get(at.clone()).unwrap_or_default();
        let matrix = |matrix: &Matrix| part(&matrix.at);
        let linear = |writer: &mut ModelWriter, linear: &Linear| {
            writer.matrix(matrix(&linear.weights), part(&linear.bias));
        };
        let norm = |writer: &mut ModelWriter, norm: &Norm| {
            writer.floats(part(&norm.scale));
            writer.floats(part(&norm.shift));
        };
        writer.table(matrix(&layout.positions), width);
        writer.table(matrix(&layout.traits), width);
        writer.table(matrix(&layout.pieces), width);
        norm(&mut writer, &layout.norm);
        for layer in &layout.layers {
            linear(&mut writer, &layer.ask);
            linear(&mut writer, &layer.out);
            norm(&mut writer, &layer.out_norm);
            linear(&mut writer, &layer.up);
            linear(&mut writer, &layer.down);
            norm(&mut writer, &layer.down_norm);
        }
        writer.floats(matrix(&layout.head.weights));
        writer.floats(part(&layout.head.bias));
        writer.finish()
    }
}
