//! Sums of gradients that lie on graphics cards, by NCCL: they do not come to the machine's memory.
//!
//! Only gradients go through NCCL; all else goes through MPI. NCCL's own sum is not used: its order depends on how the cards are
//! connected. NCCL carries the numbers here, and the ranks add them in the order of the ranks, as everywhere:
//!
//! ```text
//! rank r owns piece r of P pieces:  receives piece r of every other rank,  x_r ← ((x⁰ + x¹) + x²) + …,  sends x_r to all
//! ```

use std::fmt::Display;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

use candle_core::cuda::cudarc::driver::CudaSlice;
use candle_core::cuda::cudarc::nccl::{Comm, Id};
use candle_core::op::BackpropOp;
use candle_core::{CudaDevice, CudaStorage, Storage, Tensor};
use polytask::parallel::{Group, Ranks};

use crate::Result;

/// A group whose ranks have a graphics card each.
#[derive(Debug)]
struct Cards {
    ranks: Ranks,
    /// To the thread that has the communicator, which may not change its thread.
    requests: Mutex<Sender<Request>>,
}

/// Numbers to add up, and where the sum is wanted.
type Request = (Tensor, Sender<candle_core::Result<Tensor>>);

/// The same ranks, which from now on add up what is on `device` there.
pub fn on_cards(ranks: &Ranks, device: &CudaDevice) -> Result<Ranks> {
    let own = if ranks.rank() == 0 {
        Id::new().map_err(failed)?.internal().map(|byte| byte as u8).to_vec()
    } else {
        Vec::new()
    };
    let id = ranks.broadcast(&own)?;
    let id: [u8; 128] = id.try_into().map_err(|_| "NCCL: rank 0 sent an identifier of another length")?;
    let (requests, received) = channel::<Request>();
    let (started, is_started) = channel();
    let (rank, size, device) = (ranks.rank(), ranks.size(), device.clone());
    std::thread::spawn(move || {
        let id = Id::uninit(id.map(|byte| byte as _));
        let comm = match Comm::from_rank(device.cuda_stream(), rank, size, id) {
            Ok(comm) => comm,
            Err(error) => return started.send(Err(failed(error))),
        };
        started.send(Ok(()))?;
        for (xs, answer) in received {
            // Who asked may have ended.
            let _ = answer.send(sum(&comm, &device, &xs));
        }
        Ok(())
    });
    is_started.recv()??;
    Ok(Ranks::new(Cards { ranks: ranks.clone(), requests: Mutex::new(requests) }))
}

fn failed(error: impl std::fmt::Debug) -> String {
    format!("NCCL cannot connect the graphics cards: {error:?}")
}

impl Group for Cards {
    fn rank(&self) -> usize {
        self.ranks.rank()
    }

    fn size(&self) -> usize {
        self.ranks.size()
    }

    fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> polytask::Result<()> {
        self.ranks.exchange(to, from)
    }

    fn sum_tensor(&self, xs: &Tensor) -> polytask::Result<Tensor> {
        let ended = |error: &dyn Display| candle_core::Error::Msg(format!("NCCL's thread has ended: {error}"));
        let (answer, answered) = channel();
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.send((xs.clone(), answer)).map_err(|e| ended(&e))?;
        Ok(answered.recv().map_err(|e| ended(&e))??)
    }
}

/// The sum of all ranks' `xs`, added in the order of the ranks.
fn sum(comm: &Comm, device: &CudaDevice, xs: &Tensor) -> candle_core::Result<Tensor> {
    let (rank, size, n) = (comm.rank(), comm.world_size(), xs.elem_count());
    let piece = n.div_ceil(size).max(1);
    let padded = xs.flatten_all()?.pad_with_zeros(0, 0, piece * size - n)?.force_contiguous()?;
    let mut received = (0..size).map(|_| device.alloc_zeros::<f32>(piece)).collect::<candle_core::Result<Vec<_>>>()?;
    with_slice(&padded, |own| {
        // All at once: a card that only sends would wait for one that only sends.
        let mut group = comm.group();
        for (peer, buffer) in received.iter_mut().enumerate().filter(|(peer, _)| *peer != rank) {
            group.send(own.slice(peer * piece..(peer + 1) * piece), peer as i32).map_err(carried)?;
            group.recv(buffer.as_view_mut(), peer as i32).map_err(carried)?;
        }
        Ok(())
    })?;
    let mut terms = received.into_iter().enumerate().map(|(peer, buffer)| {
        if peer == rank { padded.narrow(0, rank * piece, piece) } else { tensor(buffer, piece, device) }
    });
    let first = terms.next().expect("a group has a rank")?;
    let sum = terms.try_fold(first, |sum, term| sum + term?)?.force_contiguous()?;
    let mut all = device.alloc_zeros::<f32>(piece * size)?;
    with_slice(&sum, |own| comm.all_gather(own, &mut all).map(drop).map_err(carried))?;
    tensor(all, piece * size, device)?.narrow(0, 0, n)?.reshape(xs.shape())
}

fn carried(error: impl std::fmt::Debug) -> candle_core::Error {
    candle_core::Error::Msg(format!("NCCL could not carry the gradients: {error:?}"))
}

/// Calls `work` with a tensor's numbers on its card. The tensor must be all of its buffer, as after `force_contiguous`.
fn with_slice<T>(xs: &Tensor, work: impl FnOnce(&CudaSlice<f32>) -> candle_core::Result<T>) -> candle_core::Result<T> {
    let (storage, _) = xs.storage_and_layout();
    match &*storage {
        Storage::Cuda(storage) => work(storage.as_cuda_slice()?),
        _ => candle_core::bail!("NCCL: these numbers are not on a graphics card"),
    }
}

fn tensor(slice: CudaSlice<f32>, len: usize, device: &CudaDevice) -> candle_core::Result<Tensor> {
    let storage = CudaStorage::wrap_cuda_slice(slice, device.clone());
    Ok(Tensor::from_storage(Storage::Cuda(storage), len, BackpropOp::none(), false))
}
