// Package typed is what the code that busgen writes stands on: it turns the Go values of a
// call into the body of a frame and back, serves objects and callbacks along a call, and
// joins io.Reader and iter.Seq2 to its streams. It is shared by all generated code, so that
// this stays small. Programs use what was generated, and of this package at most
// [SessionOf]. What a link is, package bus says; what a contract may hold, busgen does.
package typed

// Generated2 is named by generated code: it has what this version of the package asks for.
// When they no longer fit, the constant has another name, and what is to be generated anew
// does not compile.
const Generated2 = true
