//! Greets the world, or those who are named.
const std = @import("std");

pub fn main() !void {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    defer arena.deinit();
    const args = try std.process.argsAlloc(arena.allocator());
    const out = std.io.getStdOut().writer();
    if (args.len < 2) try out.print("Hello from Zig!\n", .{});
    for (args[1..]) |name| try out.print("Hello from Zig, {s}!\n", .{name});
}
