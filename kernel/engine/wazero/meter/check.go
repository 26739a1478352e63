package meter

// CallCost is what a call counts besides the instructions of what it calls. It pays for
// functions that are so short that they are not counted by themselves: those of no more
// instructions than this that call no other.
const CallCost = 16

// maxCount bounds what one check may take off the count, so that it cannot overflow.
const maxCount = 1 << 20

// block is a block of a function that is open.
type block struct {
	// count is how many instructions a loop has, without those of loops within; nil for
	// other blocks, whose instructions count for what they are in. outer is that of the
	// block around it.
	count, outer *int32
	loop         int // where its check stands in the code
}

// check is the code that counts, with room for the number that it takes off.
type check struct {
	code   []byte
	weight int // where the number stands
}

// weightSize is the length of that number: as a signed LEB128 of 28 bits.
const weightSize = 4

func newCheck(global, tick uint32) check {
	get := appendU32([]byte{0x23}, global)
	set := appendU32([]byte{0x24}, global)
	b := append(append([]byte{0x02, 0x40}, get...), 0x41)
	c := check{weight: len(b)}
	b = append(append(b, make([]byte, weightSize)...), 0x6b) // i32.sub
	b = append(append(b, set...), get...)
	b = append(b, 0x67, 0x0d, 0) // i32.clz, which is 0 below 0 only, br_if 0
	b = append(appendU32(append(append(b, get...), opCall), tick), set...)
	c.code = append(b, opEnd)
	return c
}

// weigh has the copy at b take n off.
func (c *check) weigh(b []byte, n int32) {
	n = min(n, maxCount)
	for i := range weightSize {
		b[c.weight+i] = byte(n)&0x7f | 0x80
		n >>= 7
	}
	b[c.weight+weightSize-1] &= 0x7f
}
