//! Values that are no tensors, as bytes: numbers in little-endian order, a list's length before its items.

use std::collections::{BTreeSet, VecDeque};

use indexmap::IndexMap;

use super::Archive;
use crate::Result;

/// A value that a checkpoint holds.
pub trait State {
    /// Takes the value in, or gives it back.
    ///
    /// # Errors
    ///
    /// If it is restored and the checkpoint does not hold it.
    fn visit(&mut self, archive: &mut Archive) -> Result<()>;
}

/// Implements [`State`] for a struct: all of its fields, one after the other.
macro_rules! state {
    ($type:ty { $($field:ident),+ }) => {
        impl $crate::checkpoint::State for $type {
            fn visit(&mut self, archive: &mut $crate::checkpoint::Archive) -> $crate::Result<()> {
                let Self { $($field),+ } = self;
                $($crate::checkpoint::State::visit($field, archive)?;)+
                Ok(())
            }
        }
    };
}
pub(crate) use state;

macro_rules! numbers {
    ($($type:ty),+) => {$(
        impl State for $type {
            fn visit(&mut self, archive: &mut Archive) -> Result<()> {
                let mut bytes = self.to_le_bytes();
                archive.bytes(&mut bytes)?;
                *self = Self::from_le_bytes(bytes);
                Ok(())
            }
        }
    )+};
}
numbers!(u8, u32, u64, i32, f32, f64);

impl State for usize {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut wide = *self as u64;
        wide.visit(archive)?;
        // A browser's has 32 bits, and checkpoints do not change machines.
        *self = wide as usize;
        Ok(())
    }
}

impl State for bool {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut byte = u8::from(*self);
        byte.visit(archive)?;
        *self = byte != 0;
        Ok(())
    }
}

impl State for String {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut bytes = std::mem::take(self).into_bytes();
        bytes.visit(archive)?;
        *self = String::from_utf8(bytes).map_err(|_| super::restore::foreign())?;
        Ok(())
    }
}

impl<T: State + Default> State for Vec<T> {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut len = self.len();
        len.visit(archive)?;
        if !archive.is_restoring() {
            return self.iter_mut().try_for_each(|item| item.visit(archive));
        }
        self.clear();
        // Grows with what is there, not with what a damaged length says.
        for _ in 0..len {
            let mut item = T::default();
            item.visit(archive)?;
            self.push(item);
        }
        Ok(())
    }
}

impl<T: State + Default> State for VecDeque<T> {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut items: Vec<T> = std::mem::take(self).into();
        items.visit(archive)?;
        *self = items.into();
        Ok(())
    }
}

impl<T: State + Default> State for Option<T> {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut is_there = self.is_some();
        is_there.visit(archive)?;
        if is_there {
            self.get_or_insert_default().visit(archive)
        } else {
            *self = None;
            Ok(())
        }
    }
}

impl<T: State, const N: usize> State for [T; N] {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        self.iter_mut().try_for_each(|item| item.visit(archive))
    }
}

impl<A: State, B: State> State for (A, B) {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        self.0.visit(archive)?;
        self.1.visit(archive)
    }
}

impl State for BTreeSet<String> {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut items: Vec<String> = std::mem::take(self).into_iter().collect();
        items.visit(archive)?;
        *self = items.into_iter().collect();
        Ok(())
    }
}

impl<T: State + Default> State for IndexMap<String, T> {
    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        let mut items: Vec<(String, T)> = std::mem::take(self).into_iter().collect();
        items.visit(archive)?;
        *self = items.into_iter().collect();
        Ok(())
    }
}
