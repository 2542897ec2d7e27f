#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| polytask_fuzz::run("parquet", bytes));
