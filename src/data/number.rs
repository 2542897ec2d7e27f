//! Labels that are written in several ways and mean the same: 1, 1.0 and 1.00; True and true.

use std::borrow::Cow;
use std::cmp::Ordering;

/// A label's shortest form, the same for all ways to write it: a number without zeros at its end; `true` and `false` in small
/// letters; any other label as it is.
pub(super) fn shortest(label: &str) -> Cow<'_, str> {
    if let Some(number) = shortest_number(label) {
        return number;
    }
    let is = |word: &str| label.eq_ignore_ascii_case(word);
    if is("true") || is("false") { label.to_ascii_lowercase().into() } else { label.into() }
}

/// A decimal number's shortest form; `None` if `label` is none. A code with zeros before it, 007, is none.
pub(super) fn shortest_number(label: &str) -> Option<Cow<'_, str>> {
    let digits = label.strip_prefix('-').unwrap_or(label);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    let shorter = if digits.contains('.') { label.trim_end_matches('0').trim_end_matches('.') } else { label };
    Some(if shorter == "-0" { "0".into() } else { shorter.into() })
}

/// The order of classes: numbers first, by value, then other labels by their letters.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let number = |label: &str| shortest_number(label).and_then(|number| number.parse::<f64>().ok());
    match (number(one), number(other)) {
        (Some(x), Some(y)) => x.total_cmp(&y).then_with(|| one.cmp(other)),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => one.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_one_shortest_form() {
        for (label, expected) in [
            ("1", "1"),
            ("1.0", "1"),
            ("1.00", "1"),
            ("10", "10"),
            ("100.50", "100.5"),
            ("-0.0", "0"),
            ("-2.0", "-2"),
            ("0.25", "0.25"),
            ("12345678901234567890.0", "12345678901234567890"),
        ] {
            assert_eq!(shortest_number(label).as_deref(), Some(expected), "{label}");
            assert_eq!(shortest(label), expected);
        }
        for label in ["007", "1.", ".5", "1e3", "1,0", "", "-", "1.0.0", "v1", "١"] {
            assert_eq!(shortest_number(label), None, "{label}");
            assert_eq!(shortest(label), label);
        }
        assert_eq!([shortest("TRUE"), shortest("False"), shortest("trueish")], ["true", "false", "trueish"]);
    }

    #[test]
    fn numbers_are_in_order_and_before_words() {
        let mut labels = ["b", "10", "-1", "2", "a", "1.5", "007"];
        labels.sort_by(|one, other| compare(one, other));
        assert_eq!(labels, ["-1", "1.5", "2", "10", "007", "a", "b"]);
    }
}
