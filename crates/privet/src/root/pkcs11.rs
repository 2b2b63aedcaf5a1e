//! A root key in a token of PKCS#11, such as a hardware security module: it wraps and unwraps
//! there by AES-GCM, and the key itself never comes here.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Function, Pkcs11 as Module};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use privet_text::Raw;
use privet_vault::{OsRandom, Random, RootError, RootKeys};
use zeroize::Zeroizing;

use crate::config::Pkcs11Settings;

/// A key of a token.
#[derive(Clone)]
pub struct Pkcs11 {
    token: Arc<Token>,
    key: String,
}

/// What the keys of one token share.
struct Token {
    library: PathBuf,
    label: String,
    pin: Raw<String>,
    /// One question at a time: whoever logs in or out does it for the whole process.
    desk: Mutex<Desk>,
}

struct Desk {
    module: Module,
    /// What the token said to the PIN. It is not asked again: a few wrong ones lock it.
    pin_refused: Option<String>,
}

impl Pkcs11 {
    /// Loads the module's library. The token is not asked yet.
    pub(super) fn new(settings: &Pkcs11Settings, pin: Raw<String>) -> Result<Self, RootError> {
        let failed = |error: Error| {
            let path = settings.module.display();
            RootError::Unreachable(format!("`{path}` cannot be used: {}", said(&error)))
        };
        let module = Module::new(&settings.module).map_err(failed)?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(failed(error)),
        }
        let token = Token {
            library: settings.module.clone(),
            label: settings.token.clone(),
            pin,
            desk: Mutex::new(Desk { module, pin_refused: None }),
        };
        Ok(Self { token: Arc::new(token), key: settings.key.clone() })
    }

    /// Another key of the same token.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { token: Arc::clone(&self.token), key: key.to_owned() }
    }

    /// Logs in, finds the key and does something with it. It is seldom asked, so nothing stays
    /// logged in meanwhile.
    fn ask<T>(
        &self,
        work: impl FnOnce(&Session, ObjectHandle) -> Result<T, Error>,
    ) -> Result<T, RootError> {
        let mut desk = self.token.desk.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = &desk.pin_refused {
            return Err(RootError::Refused(said.clone()));
        }
        let slot = self.token.slot(&desk.module)?;
        let session = desk.module.open_ro_session(slot).map_err(root_error)?;
        let pin = AuthPin::from(self.token.pin.expose().as_str());
        match session.login(UserType::User, Some(&pin)) {
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
            Err(error) => {
                let error = root_error(error);
                if let RootError::Refused(said) = &error {
                    desk.pin_refused = Some(said.clone());
                }
                return Err(error);
            }
        }
        let key = self.handle(&session)?;
        work(&session, key).map_err(root_error)
    }

    fn handle(&self, session: &Session) -> Result<ObjectHandle, RootError> {
        let wanted = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::KeyType(KeyType::AES),
            Attribute::Label(self.key.clone().into_bytes()),
        ];
        let found = session.find_objects(&wanted).map_err(root_error)?;
        match found.as_slice() {
            [key] => Ok(*key),
            [] => Err(RootError::Refused(format!("the token has no AES key `{}`", self.key))),
            _ => Err(RootError::Refused(format!("several keys are called `{}`", self.key))),
        }
    }
}

impl Token {
    fn slot(&self, module: &Module) -> Result<Slot, RootError> {
        for slot in module.get_slots_with_initialized_token().map_err(root_error)? {
            let info = module.get_token_info(slot).map_err(root_error)?;
            if info.label() == self.label {
                return Ok(slot);
            }
        }
        Err(RootError::Unreachable(format!("there is no token `{}`", self.label)))
    }
}

impl RootKeys for Pkcs11 {
    fn name(&self) -> String {
        format!("pkcs11:{}", self.key)
    }

    fn wrap(&self, key: &[u8; 32], context: &[u8]) -> Result<Vec<u8>, RootError> {
        let mut nonce = [0; NONCE_BYTES];
        OsRandom.fill(&mut nonce).map_err(|error| RootError::Unreachable(error.to_string()))?;
        let sealed = self.ask(|session, handle| {
            let params = GcmParams::new(&mut nonce, context, TAG_BITS.into())?;
            session.encrypt(&Mechanism::AesGcm(params), handle, key)
        })?;
        // A module may have put a nonce of its own in the place of ours.
        Ok([nonce.as_slice(), &sealed].concat())
    }

    fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<[u8; 32]>, RootError> {
        let other = || RootError::Refused(String::from("another key wrapped it"));
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_BYTES>().ok_or_else(other)?;
        if sealed.len() != SEALED_BYTES {
            return Err(other());
        }
        let mut nonce = *nonce;
        let key = self.ask(|session, handle| {
            let params = GcmParams::new(&mut nonce, context, TAG_BITS.into())?;
            session.decrypt(&Mechanism::AesGcm(params), handle, sealed).map(Zeroizing::new)
        })?;
        key.as_slice().try_into().map(Zeroizing::new).map_err(|_| other())
    }
}

impl fmt::Debug for Pkcs11 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pkcs11")
            .field("library", &self.token.library)
            .field("token", &self.token.label)
            .field("key", &self.key)
            .finish()
    }
}

/// A no closes the vault; a module that is not there, busy or broken does not.
fn root_error(error: Error) -> RootError {
    let text = said(&error);
    match error {
        Error::Pkcs11(code, function) if is_no(code, function) => RootError::Refused(text),
        _ => RootError::Unreachable(text),
    }
}

fn is_no(code: RvError, function: Function) -> bool {
    let no = matches!(
        code,
        RvError::PinIncorrect
            | RvError::PinExpired
            | RvError::PinLocked
            | RvError::UserPinNotInitialized
            | RvError::KeyFunctionNotPermitted
            | RvError::KeyTypeInconsistent
            | RvError::EncryptedDataInvalid
            | RvError::EncryptedDataLenRange
    );
    // How modules put it when the tag is not that of the key: it takes no code for that.
    let another_key = matches!(function, Function::Decrypt)
        && matches!(code, RvError::GeneralError | RvError::FunctionFailed);
    no || another_key
}

/// The code alone: what it means takes a paragraph.
fn said(error: &Error) -> String {
    match error {
        Error::Pkcs11(code, function) => {
            let function = function.to_string();
            format!("{code:?}, says C_{}", function.trim_start_matches("Function::"))
        }
        other => other.to_string(),
    }
}

const NONCE_BYTES: usize = 12;
const TAG_BITS: u64 = 128;
/// A key and its tag.
const SEALED_BYTES: usize = 32 + 16;
