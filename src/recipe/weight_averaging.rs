//! Whether a run's result is an average of its weights.

use serde::{Deserialize, Serialize};

use crate::error::{message, shortened};
use crate::{Error, Result};

/// Whether evaluations, predictions and the saved model use the average of the weights over the run's steps. Written `none`,
/// `ema:DECAY` or `swa:START`; `ema` and `swa` alone have a decay of 0.99 and a start of 0.5. The training itself is the
/// same with an average and without.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum WeightAveraging {
    /// The weights of the last step.
    #[default]
    None,
    /// The exponential moving average over all steps, as `torch.optim.swa_utils.get_ema_multi_avg_fn`: each step keeps the share
    /// DECAY, in (0, 1), of the average (Polyak & Juditsky 1992).
    Ema(f64),
    /// The equal average over the steps after the share START, in [0, 1), of the run, as
    /// `torch.optim.swa_utils.AveragedModel` (stochastic weight averaging, Izmailov et al. 2018).
    Swa(f64),
}

impl std::str::FromStr for WeightAveraging {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let share = |text: Option<&str>, usual: f64| text.map_or(Some(usual), |text| text.parse::<f64>().ok());
        let (name, text_of_share) = text.split_once(':').map_or((text, None), |(name, share)| (name, Some(share)));
        let known = match name {
            "none" if text_of_share.is_none() => Some(Self::None),
            "ema" => share(text_of_share, 0.99).filter(|&decay| decay > 0.0 && decay < 1.0).map(Self::Ema),
            "swa" => share(text_of_share, 0.5).filter(|start| (0.0..1.0).contains(start)).map(Self::Swa),
            _ => None,
        };
        known.ok_or_else(|| {
            let wrong = message!(
                "recipe.averaging",
                "{text:?} is not one of none, ema:DECAY with a decay in (0, 1), swa:START with a start in [0, 1)",
                text = shortened(text)
            );
            Error::setting("weight_averaging", wrong)
        })
    }
}

impl TryFrom<String> for WeightAveraging {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl std::fmt::Display for WeightAveraging {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Ema(decay) => write!(f, "ema:{decay}"),
            Self::Swa(start) => write!(f, "swa:{start}"),
        }
    }
}

impl From<WeightAveraging> for String {
    fn from(averaging: WeightAveraging) -> Self {
        averaging.to_string()
    }
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(typescript_custom_section)]
const WEIGHT_AVERAGING_TS: &str = "export type WeightAveraging = \"none\" | `ema:${number}` | `swa:${number}`;";
