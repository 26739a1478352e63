package bus

import (
	"crypto/sha256"
	"encoding/hex"
)

// MethodOf is the number of the method with the full name name: the first 16 bytes
// of the name's SHA-256. Our own names are "service/major.Method", such as
// "os.time/1.Sleep"; those of the Rust crates are the type names of their requests,
// such as "wasmer_bus_time::api::TimeSleepRequest".
func MethodOf(name string) Method {
	sum := sha256.Sum256([]byte(name))
	return Method(sum[:16])
}

// String is the number in hexadecimal digits.
func (m Method) String() string { return hex.EncodeToString(m[:]) }

// The names that every peer answers, on whatever package it serves.
const (
	// NameDescribe is the method that answers with the description of what the peer
	// serves, as JSON; see [Server].
	NameDescribe = "bus/1.Describe"
	// NamePing is the method that answers with what it was sent.
	NamePing = "bus/1.Ping"
)

// The numbers of the methods that every peer answers.
var (
	MethodDescribe = MethodOf(NameDescribe)
	MethodPing     = MethodOf(NamePing)
)
