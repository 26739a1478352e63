package store

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// The layout's constants; FORMAT.md has the tables.
const (
	formatVersion = 1

	blockBits = 12
	blockSize = 1 << blockBits

	// firstBlock is the first block behind the two superblocks.
	firstBlock = 2
	// maxBlocks bounds a device: a block's number has 32 bits.
	maxBlocks = 1<<32 - 1

	superMagic = "BUSHELFS"
	superSize  = 48
)

var (
	le         = binary.LittleEndian
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// run is a row of blocks.
type run struct{ start, n uint32 }

func (r run) end() uint32 { return r.start + r.n }

// super is a superblock: where the log begins that has everything.
type super struct {
	seq   uint64 // the higher of the two counts
	logID uint64
	first run // the log's first segment
}

func (s *super) append(b []byte) []byte {
	b = append(b, superMagic...)
	b = le.AppendUint32(b, formatVersion)
	b = le.AppendUint32(b, blockSize)
	b = le.AppendUint64(b, s.seq)
	b = le.AppendUint64(b, s.logID)
	b = le.AppendUint32(b, s.first.start)
	b = le.AppendUint32(b, s.first.n)
	b = le.AppendUint32(b, 0)
	return le.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// place is where the superblock goes: the two take turns, so that one is whole
// while the other is written.
func (s *super) place() int64 { return int64(s.seq&1) << blockBits }

// readSuper finds the superblock that counts. blank says that there is nothing at
// all where superblocks are.
func readSuper(dev Device, size int64) (s super, blank bool, err error) {
	blank = true
	found := false
	for i := range int64(2) {
		b := make([]byte, superSize)
		off := i << blockBits
		if err := dev.ReadAt(b[:max(0, min(superSize, size-off))], off); err != nil && off < size {
			return s, false, fmt.Errorf("a superblock cannot be read: %w", err)
		}
		for _, c := range b {
			blank = blank && c == 0
		}
		if string(b[:8]) != superMagic {
			continue
		}
		if le.Uint32(b[8:]) > formatVersion {
			return s, false, ErrNewer
		}
		if le.Uint32(b[superSize-4:]) != crc32.Checksum(b[:superSize-4], castagnoli) || le.Uint32(b[12:]) != blockSize {
			continue
		}
		c := super{seq: le.Uint64(b[16:]), logID: le.Uint64(b[24:]), first: run{le.Uint32(b[32:]), le.Uint32(b[36:])}}
		if c.seq&1 == uint64(i) && (!found || c.seq > s.seq) {
			s, found = c, true
		}
	}
	switch {
	case found:
		return s, false, nil
	case blank:
		return s, true, nil
	}
	return s, false, ErrForeign
}
