// Package worker is what every Go program in a worker of the page shares: the
// receive buffer that JavaScript fills, messages out, the clock, and parking,
// which lets events in. It is the Go half of web/ts/workers/goruntime.ts.
//
// Nothing here knows what the messages mean.
package worker
