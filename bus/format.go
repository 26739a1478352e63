package bus

import "strconv"

// Format says how the bytes of a call, a result or an item are written. Numbers up
// to 6 are those of the wasmer_bus crate on its wire.
type Format uint8

// The formats.
const (
	FormatRaw         Format = 0 // bytes as they are
	FormatBincode     Format = 1 // bincode 1, its default settings
	FormatMessagePack Format = 2
	FormatJSON        Format = 3
	FormatYAML        Format = 4
	FormatXML         Format = 5
	FormatRkyv        Format = 6
	FormatCBOR        Format = 16 // RFC 8949; the default between our own programs
)

var formatNames = map[Format]string{
	FormatRaw: "raw", FormatBincode: "bincode", FormatMessagePack: "mpack", FormatJSON: "json",
	FormatYAML: "yaml", FormatXML: "xml", FormatRkyv: "rkyv", FormatCBOR: "cbor",
}

// String is the format's name, or its number if it has none.
func (f Format) String() string {
	if name, ok := formatNames[f]; ok {
		return name
	}
	return strconv.Itoa(int(f))
}
