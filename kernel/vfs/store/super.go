package store

import (
	"bytes"
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
// all where superblocks are. all has every one that may be one, also those that do not
// check, in the order in which they are to be believed.
func readSuper(dev Device, size int64) (s super, all []super, blank bool, err error) {
	blank = true
	found := false
	var doubtful []super
	gone := false // there is something that has not even the magic
	for i := range int64(2) {
		b := make([]byte, superSize)
		off := i << blockBits
		if err := dev.ReadAt(b[:max(0, min(superSize, size-off))], off); err != nil && off < size {
			return s, nil, false, fmt.Errorf("a superblock cannot be read: %w", err)
		}
		empty := len(bytes.Trim(b, "\x00")) == 0
		blank = blank && empty
		if string(b[:8]) != superMagic {
			gone = gone || !empty
			continue
		}
		if le.Uint32(b[8:]) > formatVersion {
			return s, nil, false, ErrNewer
		}
		c := super{seq: le.Uint64(b[16:]), logID: le.Uint64(b[24:]), first: run{le.Uint32(b[32:]), le.Uint32(b[36:])}}
		switch sure := le.Uint32(b[superSize-4:]) == crc32.Checksum(b[:superSize-4], castagnoli) && le.Uint32(b[12:]) == blockSize && c.seq&1 == uint64(i); {
		case !sure:
			doubtful = append(doubtful, c)
		case !found || c.seq > s.seq:
			s, found = c, true
			all = append([]super{c}, all...)
		default:
			all = append(all, c)
		}
	}
	all = append(all, doubtful...)
	switch {
	case !found && !blank:
		err = ErrForeign
	case found && len(doubtful) > 0 && doubtful[0].seq == s.seq+1:
		// It is in one sector, so no write that was broken off explains it.
		all[0], all[1] = all[1], all[0]
		err = fmt.Errorf("%w: its newest superblock does not check", ErrDamaged)
	case found && (gone || s.seq > 1 && len(all) == 1):
		err = fmt.Errorf("%w: one of its superblocks is gone, which may be the newer one", ErrDamaged)
	}
	return s, all, blank, err
}

// inUse reports whether there is more on a device without superblocks than a format
// leaves that was broken off: no file is made new over what somebody may want back. It
// looks where a store has things first.
func inUse(dev Device, size int64) (bool, error) {
	const upTo = 8 << 20
	b := make([]byte, window)
	for off := int64(firstBlock<<blockBits) + 512; off < min(size, upTo); off += int64(len(b)) {
		b = b[:min(window, size-off)]
		if err := dev.ReadAt(b, off); err != nil {
			return false, err
		}
		for _, c := range b {
			if c != 0 {
				return true, nil
			}
		}
	}
	return false, nil
}
