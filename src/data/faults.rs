//! Faults of the data, collected so that all of them are reported at once: equal ones as one clause that lists their
//! places, the first ten clauses in full, then a count.

use indexmap::IndexMap;
use serde_json::Value;

use super::table::{Place, column_of};
use crate::error::{Message, message};
use crate::{Error, Result};

/// How many places a clause lists, and how many clauses an error has.
const LISTED: usize = 10;

/// What is wrong with a table, place by place.
#[derive(Debug)]
pub(super) struct Faults {
    /// The table's name in sentences; `None`: places are enough.
    table: Option<Value>,
    /// By column and sentence.
    clauses: IndexMap<(Option<String>, String), (Message, Places)>,
    /// The number of faults that are in no clause.
    more: usize,
}

impl Faults {
    /// No faults of a table yet.
    pub fn of(table: impl Into<Value>) -> Self {
        Self { table: Some(table.into()), clauses: IndexMap::new(), more: 0 }
    }

    /// No faults yet of sentences that are in no table.
    pub fn of_sentences() -> Self {
        Self { table: None, clauses: IndexMap::new(), more: 0 }
    }

    pub fn add(&mut self, place: Place, column: Option<&str>, wrong: Message) {
        let key = (column.map(String::from), wrong.message.clone());
        if let Some((_, places)) = self.clauses.get_mut(&key) {
            places.add(place);
        } else if self.clauses.len() < LISTED {
            let mut places = Places::default();
            places.add(place);
            self.clauses.insert(key, (wrong, places));
        } else {
            self.more += 1;
        }
    }

    /// An error if there is a fault.
    pub fn finish(self) -> Result<()> {
        let Self { table, clauses, more } = self;
        let mut clauses = clauses.into_iter().map(|((column, _), (wrong, places))| (column, wrong, places));
        let Some((column, wrong, places)) = clauses.next() else { return Ok(()) };
        let at = |place: Message, column: Option<String>| match column {
            Some(column) => column_of(place, &column),
            None => place,
        };
        let rest: Vec<Message> =
            clauses.map(|(column, wrong, places)| wrong.placed(at(places.alone(), column).into())).collect();
        let place = match table {
            Some(table) => places.of(table),
            None => places.alone(),
        };
        let place = at(place, column);
        if rest.is_empty() && more == 0 {
            return Err(Error::data(place, wrong));
        }
        Err(Error::data(place, Message::joined(std::iter::once(wrong).chain(rest), more)))
    }
}

/// Places in a table; the first ten are listed.
#[derive(Debug, Default)]
pub(super) struct Places {
    first: Vec<Place>,
    count: usize,
}

impl Places {
    pub fn add(&mut self, place: Place) {
        if self.first.len() < LISTED {
            self.first.push(place);
        }
        self.count += 1;
    }

    pub fn count(&self) -> usize {
        self.count
    }

    /// `line 7`, `lines 7, 9, 12`, `sentences 1, 2, … (+5)`.
    fn alone(&self) -> Message {
        if let ([place], 1) = (self.first.as_slice(), self.count) {
            return place.alone();
        }
        let number = |&place: &Place| match place {
            Place::Line(n) | Place::Sentence(n) => n.to_string(),
        };
        let mut list = self.first.iter().map(number).collect::<Vec<_>>().join(", ");
        if self.count > self.first.len() {
            list += &format!(", … (+{})", self.count - self.first.len());
        }
        match self.first.first() {
            Some(Place::Sentence(_)) => message!("place.sentences_listed", "sentences {list}", list = list),
            _ => message!("place.lines", "lines {list}", list = list),
        }
    }

    /// `data.csv, lines 7, 9, 12`.
    pub fn of(&self, table: impl Into<Value>) -> Message {
        message!("place.row", "{table}, {row}", table = table.into(), row = self.alone())
    }
}

impl FromIterator<Place> for Places {
    fn from_iter<I: IntoIterator<Item = Place>>(all: I) -> Self {
        let mut places = Self::default();
        all.into_iter().for_each(|place| places.add(place));
        places
    }
}
