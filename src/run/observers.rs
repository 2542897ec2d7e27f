//! The observers of a run, in the order in which they are called.

use crate::Result;
use crate::checkpoint::Archive;
use crate::measure::{self, Observer};
use crate::protocol::Event;
use crate::recipe::Diagnostics;
use crate::train::{Extras, Moment, Sizes, Trainer};

/// All observers, whether their settings make them measure or not.
#[derive(Debug)]
pub(super) struct Observers {
    all: Vec<Box<dyn Observer<Event>>>,
    diagnostics: Diagnostics,
}

impl Observers {
    /// The observers under these settings.
    pub fn new(diagnostics: Diagnostics) -> Self {
        let all: Vec<Box<dyn Observer<Event>>> = vec![
            Box::new(measure::GradientObserver::default()),
            Box::new(measure::MapObserver::default()),
            Box::new(measure::InterferenceObserver::default()),
            Box::new(measure::MistakeObserver::default()),
        ];
        let mut observers = Self { all, diagnostics };
        observers.configure(diagnostics);
        observers
    }

    /// The settings in force.
    pub fn diagnostics(&self) -> Diagnostics {
        self.diagnostics
    }

    /// Changes the settings of all observers.
    pub fn configure(&mut self, diagnostics: Diagnostics) {
        self.diagnostics = diagnostics;
        self.all.iter_mut().for_each(|observer| observer.configure(&diagnostics));
    }

    /// The memory that they take beside a run of these sizes.
    pub fn extras(&self, sizes: &Sizes) -> Extras {
        self.all.iter().map(|observer| observer.extras(sizes)).fold(Extras::default(), Extras::and)
    }

    /// Whether one of them needs the tasks' gradients apart in the next step.
    pub fn need_task_gradients(&self, trainer: &Trainer) -> bool {
        self.all.iter().any(|observer| observer.needs_task_gradients(trainer))
    }

    /// Calls all of them inside a step or an evaluation; adds the reports that are complete to `reports`.
    pub fn inside(&mut self, moment: &Moment, reports: &mut Vec<Event>) -> Result<()> {
        for observer in &mut self.all {
            reports.extend(observer.inside(moment)?);
        }
        Ok(())
    }

    /// Lists their state for a checkpoint.
    pub fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        self.all.iter_mut().try_for_each(|observer| observer.visit(archive))
    }

    /// Whether one of them has work to do before the next step.
    pub fn are_due(&self, trainer: &Trainer) -> bool {
        self.all.iter().any(|observer| observer.is_due(trainer))
    }

    /// Has the first observer that is due do one piece of its work. Returns a report if one is complete.
    pub fn between_steps(&mut self, trainer: &mut Trainer) -> Result<Option<Event>> {
        match self.all.iter_mut().find(|observer| observer.is_due(trainer)) {
            Some(observer) => observer.between_steps(trainer),
            None => Ok(None),
        }
    }
}
