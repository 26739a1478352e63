// Package link joins a process at the far end of a message pipe to the kernel:
// a [Client] stands in the process's worker and is its [sys.Caller], a [Server]
// stands in the kernel's and hands what comes to the process's own calls.
// What crosses the pipe are bus frames in the wire form of package sys.
//
// Every call keeps the order in which its lane made it. Writes to a fd whose
// [sys.FDInfo] says so are sent behind: the client answers them itself and the
// kernel performs them in their turn. Any other call is sent after all the
// writes before it, so nobody whom the process could have told of a write can
// fail to see it. Files that are open, and names where the kernel gives them, are
// answered from what the client knows as long as that must be so.
//
// A pipe of the kernel whose ends are two processes behind links may be joined: then
// its bytes go from client to client by a [Channel], until one of the ends is wanted
// for anything else.
//
// The pipe itself, a MessagePort in the page, belongs to the entry points in web.
package link
