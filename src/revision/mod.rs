//! What earlier runs paid and claimed, month by month and kind by kind, and what is to be done now: the difference to what each
//! month is worth by today's facts. Pure.

mod kept;
mod positions;
mod post;
mod revised;
mod reviser;

pub use kept::{Claim, Kept, Kind, Unread};
pub use positions::{Position, Positions};
pub use post::{Line, Nature, Payment, Posting};
pub use revised::{Opened, Reason, Revised, Stated};
pub use reviser::{Period, Reviser};
