//! Where to compute, chosen as the notebook chooses: CUDA if it is available and built in, else the CPU.

use polytask::compute::Context;

use crate::Result;
use crate::processes::Processes;

pub use candle_core::Device;

/// The device that `--device` names, or the best there is, for the process `place` of those on this machine.
fn choose(name: Option<&str>, place: usize) -> Result<Device> {
    match name {
        Some("cpu") => Ok(Device::Cpu),
        Some("cuda") if !cfg!(feature = "cuda") => {
            Err("--device: this polytask was built without CUDA; build it with --features cuda".into())
        }
        Some("cuda") => card(place).map_err(|e| format!("--device: there is no usable CUDA device: {e}").into()),
        Some(other) => Err(format!("--device: {other:?} is neither cpu nor cuda").into()),
        None => Ok(card(place).unwrap_or(Device::Cpu)),
    }
}

/// The graphics card of the process `place`: several processes on a machine take the cards in turn.
#[cfg(feature = "cuda")]
fn card(place: usize) -> candle_core::Result<Device> {
    let cards = candle_core::cuda::cudarc::driver::CudaContext::device_count().map_err(candle_core::Error::wrap)?;
    Device::new_cuda(place % cards.max(1) as usize)
}

#[cfg(not(feature = "cuda"))]
fn card(_place: usize) -> candle_core::Result<Device> {
    Err(candle_core::Error::NotCompiledWithCudaSupport)
}

/// Computes on the device that `--device` names, or the best there is, with `threads` threads; absent: every core, or this
/// process's part of those that it shares with `processes`.
pub fn context(name: Option<&str>, threads: Option<usize>, processes: Option<&Processes>) -> Result<Context> {
    let device = choose(name, processes.map_or(0, Processes::place_on_this_host))?;
    let sharers = processes.map_or(1, Processes::on_these_cores);
    if threads == Some(0) {
        return Err("--threads: is 0; at least 1 is needed".into());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Context::new(device, threads.unwrap_or((cores / sharers).max(1))))
}
