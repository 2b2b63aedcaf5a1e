//! What a caller's key may do beyond sending requests. Default is deny.

use std::collections::BTreeSet;

/// Something that only some keys may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Permission {
    /// See what stands behind tokens of its workspace.
    Reveal,
}

impl Permission {
    /// Every permission.
    pub const ALL: &'static [Self] = &[Self::Reveal];

    /// The name on the command line and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reveal => "reveal",
        }
    }

    /// The permission of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.name() == name)
    }
}

/// What one key may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Whether `permission` was given.
    pub fn include(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// Their names, with blanks between.
    pub fn names(&self) -> String {
        self.0.iter().map(|permission| permission.name()).collect::<Vec<_>>().join(" ")
    }

    /// Those that are named. A name that nobody knows, such as one of a later version, gives
    /// nothing.
    pub(crate) fn named(names: &str) -> Self {
        names.split(' ').filter_map(Permission::from_name).collect()
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<T: IntoIterator<Item = Permission>>(permissions: T) -> Self {
        Self(permissions.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_is_denied() {
        let rows = [
            ("", false),
            ("reveal", true),
            ("fly reveal", true),
            ("Reveal", false),
            ("fly", false),
        ];
        for (names, want) in rows {
            assert_eq!(Permissions::named(names).include(Permission::Reveal), want, "{names:?}");
        }
        let given: Permissions = Permission::ALL.iter().copied().collect();
        assert_eq!(Permissions::named(&given.names()), given);
    }
}
