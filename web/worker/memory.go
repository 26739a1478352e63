package worker

// MemoryPages is the most memory of a guest in the page unless its process's limit
// says otherwise, in pages of 64 KiB: 512 MiB. That is what the interpreter can hold,
// whose own memory ends at 4 GiB and has the guest's up to four times while that grows;
// with 1 GiB it dies of it. Both engines have the same, so that a program that wants
// more fails at the same place on both.
const MemoryPages = 1 << 13
