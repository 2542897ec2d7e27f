//! Where to compute, chosen as the notebook chooses: CUDA if it is available and built in, else the CPU.

use polytask::compute::Context;

use crate::Result;

pub use candle_core::Device;

/// The device that `--device` names, or the best there is.
fn choose(name: Option<&str>) -> Result<Device> {
    match name {
        Some("cpu") => Ok(Device::Cpu),
        Some("cuda") if !cfg!(feature = "cuda") => {
            Err("--device: this polytask was built without CUDA; build it with --features cuda".into())
        }
        Some("cuda") => {
            Device::new_cuda(0).map_err(|e| format!("--device: there is no usable CUDA device: {e}").into())
        }
        Some(other) => Err(format!("--device: {other:?} is neither cpu nor cuda").into()),
        None => Ok(Device::cuda_if_available(0).unwrap_or(Device::Cpu)),
    }
}

/// Computes on the device that `--device` names, or the best there is, with `threads` threads; absent: every core, or this
/// process's part of those that `sharers` processes share.
pub fn context(name: Option<&str>, threads: Option<usize>, sharers: usize) -> Result<Context> {
    let device = choose(name)?;
    if threads == Some(0) {
        return Err("--threads: is 0; at least 1 is needed".into());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Context::new(device, threads.unwrap_or((cores / sharers).max(1))))
}
