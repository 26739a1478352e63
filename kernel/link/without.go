package link

// without is list without its first element. The place of an only one is used again.
func without[T any](list []T) []T {
	var none T
	if list[0] = none; len(list) == 1 {
		return list[:0]
	}
	return list[1:]
}
