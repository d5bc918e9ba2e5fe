//! Who is paid, where, and by whom they are employed: identifiers, checked when built.

mod beneficiary_id;
mod iban;
mod nir;
mod short_text;
mod siret;

pub use beneficiary_id::BeneficiaryId;
pub use iban::Iban;
pub use nir::Nir;
pub use short_text::ShortText;
pub use siret::Siret;
