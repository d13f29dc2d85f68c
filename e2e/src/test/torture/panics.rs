// Panics that unwind through frames with destructors, are caught, and cross threads.
use std::collections::BTreeMap;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;

static DROPPED: AtomicUsize = AtomicUsize::new(0);

struct Guard(#[allow(dead_code)] String);

impl Drop for Guard {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::SeqCst);
    }
}

#[inline(never)]
fn deeper(depth: usize, seq: usize) -> usize {
    let guard = Guard(format!("{depth}/{seq}"));
    if depth == 0 {
        panic!("bottom {}", seq);
    }
    deeper(depth - 1, seq) + guard.0.len()
}

fn attempt(seq: usize) -> String {
    match panic::catch_unwind(|| deeper(seq % 9, seq)) {
        Ok(value) => format!("value {value}"),
        Err(payload) => payload.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

fn main() {
    panic::set_hook(Box::new(|_| {}));
    let mut right = 0;
    for seq in 0..300 {
        if attempt(seq) == format!("bottom {seq}") {
            right += 1;
        }
    }
    let expected: usize = (0..300).map(|seq| seq % 9 + 1).sum();
    println!("caught {right} dropped {}", DROPPED.load(Ordering::SeqCst) == expected);

    let (sender, receiver) = mpsc::channel();
    let shared = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..6)
        .map(|id| {
            let (sender, shared) = (sender.clone(), shared.clone());
            thread::spawn(move || {
                for i in 0..50 {
                    shared.fetch_add(i, Ordering::Relaxed);
                    sender.send(id * 1000 + i).unwrap();
                }
                if id % 2 == 0 {
                    panic!("thread {id}");
                }
            })
        })
        .collect();
    drop(sender);
    let mut counts = BTreeMap::new();
    for value in receiver {
        *counts.entry(value / 1000).or_insert(0usize) += value % 1000;
    }
    let failed = threads.into_iter().filter(|_| true).map(|t| t.join()).filter(Result::is_err).count();
    println!("{counts:?} {} failed {failed}", shared.load(Ordering::Relaxed));
    std::process::exit(if right == 300 && failed == 3 { 6 } else { 3 });
}
