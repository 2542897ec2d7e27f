//! Linear algebra on K×K matrices in double precision. K, the number of tasks, is small.

mod cholesky;
mod directions;
mod eigen;
mod gram;
mod nonnegative;
mod shortest;
mod softmax;

pub use cholesky::{dot, solve};
pub use directions::Directions;
pub use eigen::eigen;
pub use gram::Gram;
pub use nonnegative::{nonnegative, nonnegative_from};
pub use shortest::shortest;
pub use softmax::softmax;
