// What a guest's ABI that is written in TypeScript asks the kernel with. The
// process worker implements it on the link client in Go, which keeps the order.

import type { Reply, Request } from "../syscall.ts";

/** SysClient performs the system calls of one process. */
export interface SysClient {
  /**
   * Performs a system call and resolves with its end, whatever its errno; it
   * rejects only if the link is gone. request.data is copied before call returns.
   *
   * Calls are begun in the order in which they are made, and a call that waits
   * does not hold up later ones, but for writes to one fd: they keep their order.
   * The promise may resolve before the kernel has seen a write that is sent behind.
   */
  call(request: Request): Promise<Reply>;

  /**
   * Says whether the guest waits. Its calls do not: it has several under way, and may compute
   * meanwhile. At first it does not wait.
   */
  rests(waits: boolean): void;
}
