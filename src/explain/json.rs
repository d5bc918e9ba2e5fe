//! Amounts, days and months stand in JSON as they stand in files: texts without a loss.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::calendar::{Day, Month, Span};
use crate::facts::{EventKind, WeeklyHours};
use crate::identity::{BeneficiaryId, Siret};
use crate::money::{Cents, Rate};

macro_rules! as_text {
    ($($name:ty),*) => {
        $(impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })*
    };
}

as_text!(BeneficiaryId, Cents, Day, EventKind, Month, Rate, WeeklyHours);

impl Serialize for Siret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&super::rows::employer(*self))
    }
}

impl Serialize for Span {
    /// An open end is null.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Span", 2)?;
        fields.serialize_field("first", &(self.first > Day::BEFORE_ALL).then_some(self.first))?;
        fields.serialize_field("last", &(self.last < Day::AFTER_ALL).then_some(self.last))?;
        fields.end()
    }
}
