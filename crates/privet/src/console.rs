//! [`Console`]: where commands write, and how they end.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use jiff::Timestamp;

use crate::config::{Environment, Loaded, Problems};

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well.
    Clean,
    /// Something was found.
    Findings,
    /// The command was used wrongly.
    WrongUse,
    /// The configuration is invalid.
    InvalidConfig,
    /// It could not run.
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Clean => 0,
            Exit::Findings => 1,
            Exit::WrongUse => 2,
            Exit::InvalidConfig => 3,
            Exit::CouldNotRun => 4,
        })
    }
}

/// Why a command ended early: one line, and what to do about it.
#[derive(Debug)]
pub struct CommandError {
    /// How to end.
    pub exit: Exit,
    text: String,
    hint: Option<String>,
}

impl CommandError {
    /// The command could not run, for that reason.
    pub fn could_not_run(reason: &dyn std::error::Error) -> Self {
        Self { exit: Exit::CouldNotRun, text: with_causes(reason), hint: None }
    }

    /// The command was used wrongly.
    pub fn wrong_use(text: impl Into<String>) -> Self {
        Self { exit: Exit::WrongUse, text: text.into(), hint: None }
    }

    /// The command could not run; `text` says why.
    pub fn failed(text: impl Into<String>) -> Self {
        Self { exit: Exit::CouldNotRun, text: text.into(), hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

impl From<Problems> for CommandError {
    fn from(problems: Problems) -> Self {
        Self { exit: Exit::InvalidConfig, text: problems.to_string(), hint: None }
    }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        // Whoever read the output has seen enough.
        let exit = match error.kind() {
            io::ErrorKind::BrokenPipe => Exit::Clean,
            _ => Exit::CouldNotRun,
        };
        Self { exit, text: format!("cannot write the output: {error}"), hint: None }
    }
}

/// The reason and its causes, on one line.
fn with_causes(reason: &dyn std::error::Error) -> String {
    let mut text = reason.to_string();
    let mut cause = reason.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.ends_with(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    text
}

/// What a command may use of the outside: results go to `out`, what is said
/// about them to `err`.
pub struct Console<'a> {
    /// Results.
    pub out: Box<dyn Write + 'a>,
    /// Remarks, warnings, errors.
    pub err: Box<dyn Write + 'a>,
    /// Whether `out` is a terminal.
    pub out_is_terminal: bool,
    /// What the process was started with.
    pub environment: &'a Environment,
    /// The clock.
    pub now: fn() -> Timestamp,
}

impl<'a> Console<'a> {
    /// The console of this process.
    pub fn of_process(environment: &'a Environment) -> Self {
        Self {
            out: Box::new(io::BufWriter::new(io::stdout())),
            err: Box::new(io::stderr()),
            out_is_terminal: io::stdout().is_terminal(),
            environment,
            now: Timestamp::now,
        }
    }

    /// Loads the configuration. Its warnings are for [`serve`](crate::commands::serve) and
    /// [`check`](crate::commands::check), which do all that it says.
    pub fn load_config(
        &self,
        given: Option<&std::path::Path>,
    ) -> Result<crate::config::Config, CommandError> {
        Ok(crate::config::load(given, self.environment)?.config)
    }

    /// Loads the configuration and says its warnings.
    pub fn load_config_aloud(
        &mut self,
        given: Option<&std::path::Path>,
    ) -> Result<crate::config::Config, CommandError> {
        let Loaded { config, warnings } = crate::config::load(given, self.environment)?;
        if !warnings.list.is_empty() {
            writeln!(self.err, "{warnings}")?;
        }
        Ok(config)
    }

    /// Builds what the configuration adds to detection, and says its warnings.
    pub fn detection(
        &mut self,
        config: &crate::config::Config,
    ) -> Result<crate::config::Own, CommandError> {
        let (own, warnings) = config.detection.build((self.now)())?;
        if !warnings.list.is_empty() {
            writeln!(self.err, "{warnings}")?;
        }
        Ok(own)
    }

    /// What the configuration adds to detection, for commands that need nothing else of it.
    pub fn load_detection(
        &mut self,
        given: Option<&std::path::Path>,
    ) -> Result<crate::config::Own, CommandError> {
        let config = self.load_config(given)?;
        self.detection(&config)
    }

    /// Writes out what is left and the error, if there is one; says how to end.
    pub fn finish(&mut self, ended: Result<Exit, CommandError>) -> Exit {
        let flushed = self.out.flush().map_err(CommandError::from);
        match ended.and_then(|exit| flushed.map(|()| exit)) {
            Ok(exit) => exit,
            Err(error) => {
                if error.exit != Exit::Clean {
                    // Nobody is left to tell if this fails.
                    let _ = writeln!(self.err, "privet: {error}");
                }
                error.exit
            }
        }
    }

    /// Who runs the command, for the audit log: the name the system gives.
    pub fn operator(&self) -> String {
        let name = self.environment.get("USER").or_else(|| self.environment.get("LOGNAME"));
        format!("local:{}", name.unwrap_or("unknown"))
    }
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console(..)")
    }
}
