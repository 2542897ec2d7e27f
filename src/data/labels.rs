//! A sentence's labels, stored sparsely: a blank label takes no memory, so a table may have thousands of tasks.

/// Labels by task (or by column), ascending; a task that is missing is blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels<T>(Vec<(usize, T)>);

impl<T> Labels<T> {
    /// The label for `task`; `None` where it is blank.
    pub fn get(&self, task: usize) -> Option<&T> {
        let at = self.0.binary_search_by_key(&task, |&(task, _)| task).ok()?;
        Some(&self.0[at].1)
    }

    /// Each labelled task with its label, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().map(|(task, label)| (*task, label))
    }

    /// Whether everything is blank.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> FromIterator<(usize, T)> for Labels<T> {
    /// Collects labels in any order. If a task has two, the first counts.
    fn from_iter<I: IntoIterator<Item = (usize, T)>>(labels: I) -> Self {
        let mut labels: Vec<(usize, T)> = labels.into_iter().collect();
        labels.sort_by_key(|&(task, _)| task);
        labels.dedup_by_key(|&mut (task, _)| task);
        Self(labels)
    }
}
