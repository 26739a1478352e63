// Threads of one program, on wasi-threads. Its first argument says what they do:
//
//     threads [count | many | trap | exit | wait | late | speed ITERATIONS THREADS]
//
// count and many have threads count together; in trap and exit a thread ends the
// program, in wait none does, and in late the program ends before its thread.
const std = @import("std");

var mutex = std.Thread.Mutex{};
var guarded: u64 = 0;
var atomic = std.atomic.Atomic(u32).init(0);

/// Each thread has one of its own.
threadlocal var own: u32 = 0;

/// Sleeps until value is another than expect. Futex.wait and Futex.wake of Zig 0.11, whose asm is
/// not volatile, leave no instruction behind: who waits by them takes a processor of its own.
fn sleep(value: *const std.atomic.Atomic(u32), expect: u32) void {
    while (value.load(.SeqCst) == expect) {
        _ = asm volatile (
            \\local.get %[ptr]
            \\local.get %[expect]
            \\i64.const -1
            \\memory.atomic.wait32 0
            \\local.set %[ret]
            : [ret] "=r" (-> u32),
            : [ptr] "r" (&value.value),
              [expect] "r" (expect),
            : "memory"
        );
    }
}

/// Wakes all that sleep for value.
fn wake(value: *const std.atomic.Atomic(u32)) void {
    _ = asm volatile (
        \\local.get %[ptr]
        \\i32.const -1
        \\memory.atomic.notify 0
        \\local.set %[ret]
        : [ret] "=r" (-> u32),
        : [ptr] "r" (&value.value),
        : "memory"
    );
}

/// Opened when all threads have been begun: what Zig 0.11 does when it has begun a thread
/// goes wrong if that has already ended.
var gate = std.atomic.Atomic(u32).init(0);

fn open() void {
    gate.store(1, .SeqCst);
    wake(&gate);
}

fn opened() void {
    sleep(&gate, 0);
}

fn count(rounds: usize) void {
    opened();
    const mine: *volatile u32 = &own;
    for (0..rounds) |_| {
        mine.* += 1;
        mutex.lock();
        guarded += 1;
        mutex.unlock();
        _ = atomic.fetchAdd(1, .SeqCst);
    }
    if (mine.* != rounds) std.os.exit(3);
}

fn trap(_: usize) void {
    @trap();
}

fn exit(_: usize) void {
    std.os.exit(9);
}

/// Waits for what never comes.
fn wait(_: usize) void {
    const never = std.atomic.Atomic(u32).init(0);
    sleep(&never, 0);
}

/// Threads that spin still. The first one sleeps until there is none, since a join is a loop too.
var spinning = std.atomic.Atomic(u32).init(0);

fn spun() void {
    while (true) {
        const left = spinning.load(.SeqCst);
        if (left == 0) return;
        sleep(&spinning, left);
    }
}

fn spin(sum: *u64, rounds: usize) void {
    opened();
    var x: u64 = 1;
    for (0..rounds) |i| x = (x *% 6364136223846793005) +% i;
    sum.* = x;
    _ = spinning.fetchSub(1, .SeqCst);
    wake(&spinning);
}

pub fn main() !void {
    const gpa = std.heap.page_allocator;
    const args = try std.process.argsAlloc(gpa);
    const out = std.io.getStdOut().writer();
    const what = if (args.len > 1) args[1] else "count";
    // Not a constant: Zig 0.11 cannot give a thread arguments that take no room.
    var rounds: usize = 1000;
    if (std.mem.eql(u8, what, "count")) {
        var threads: [8]std.Thread = undefined;
        for (&threads) |*t| t.* = try std.Thread.spawn(.{ .stack_size = 64 << 10, .allocator = gpa }, count, .{rounds});
        open();
        for (threads) |t| t.join();
        try out.print("{d} threads counted {d} under a mutex and {d} atomically\n", .{ threads.len, guarded, atomic.load(.SeqCst) });
    } else if (std.mem.eql(u8, what, "many")) {
        rounds = 10;
        var round: usize = 0;
        while (round < 4) : (round += 1) {
            var threads: [64]std.Thread = undefined;
            for (&threads) |*t| t.* = try std.Thread.spawn(.{ .stack_size = 16 << 10, .allocator = gpa }, count, .{rounds});
            open();
            for (threads) |t| t.join();
            gate.store(0, .SeqCst);
        }
        try out.print("256 threads counted {d}\n", .{guarded});
    } else if (std.mem.eql(u8, what, "speed")) {
        rounds = try std.fmt.parseInt(usize, args[2], 10);
        const n = try std.fmt.parseInt(usize, args[3], 10);
        var threads: [16]std.Thread = undefined;
        var sums: [16]u64 = undefined;
        const start = try std.time.Instant.now();
        spinning.store(@intCast(n), .SeqCst);
        for (threads[0..n], 0..) |*t, i| t.* = try std.Thread.spawn(.{ .stack_size = 16 << 10, .allocator = gpa }, spin, .{ &sums[i], rounds });
        open();
        spun();
        for (threads[0..n]) |t| t.join();
        const took = (try std.time.Instant.now()).since(start);
        try out.print("{d} threads: {d} µs, {x}\n", .{ n, took / std.time.ns_per_us, sums[n - 1] });
    } else {
        try out.print("{s}\n", .{what});
        const t = if (std.mem.eql(u8, what, "trap"))
            try std.Thread.spawn(.{ .stack_size = 16 << 10, .allocator = gpa }, trap, .{rounds})
        else if (std.mem.eql(u8, what, "exit"))
            try std.Thread.spawn(.{ .stack_size = 16 << 10, .allocator = gpa }, exit, .{rounds})
        else
            try std.Thread.spawn(.{ .stack_size = 16 << 10, .allocator = gpa }, wait, .{rounds});
        if (!std.mem.eql(u8, what, "late")) t.join();
    }
}
