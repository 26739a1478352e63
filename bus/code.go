package bus

import "strconv"

// Code is what kind of failure an [Error] is. The set is Connect's, and closed.
type Code uint8

// The codes.
const (
	CodeCanceled           Code = 1
	CodeUnknown            Code = 2
	CodeInvalidArgument    Code = 3
	CodeDeadlineExceeded   Code = 4
	CodeNotFound           Code = 5
	CodeAlreadyExists      Code = 6
	CodePermissionDenied   Code = 7
	CodeResourceExhausted  Code = 8
	CodeFailedPrecondition Code = 9
	CodeAborted            Code = 10
	CodeOutOfRange         Code = 11
	CodeUnimplemented      Code = 12
	CodeInternal           Code = 13
	CodeUnavailable        Code = 14
	CodeDataLoss           Code = 15
	CodeUnauthenticated    Code = 16
)

var codeNames = [...]string{
	CodeCanceled: "canceled", CodeUnknown: "unknown", CodeInvalidArgument: "invalid_argument",
	CodeDeadlineExceeded: "deadline_exceeded", CodeNotFound: "not_found", CodeAlreadyExists: "already_exists",
	CodePermissionDenied: "permission_denied", CodeResourceExhausted: "resource_exhausted",
	CodeFailedPrecondition: "failed_precondition", CodeAborted: "aborted", CodeOutOfRange: "out_of_range",
	CodeUnimplemented: "unimplemented", CodeInternal: "internal", CodeUnavailable: "unavailable",
	CodeDataLoss: "data_loss", CodeUnauthenticated: "unauthenticated",
}

// String is Connect's name of the code.
func (c Code) String() string {
	if c > 0 && int(c) < len(codeNames) {
		return codeNames[c]
	}
	return "code_" + strconv.Itoa(int(c))
}

// Crate is an error number of the wasmer_bus crate on its wire ("bus errno"). Zero
// is no number.
type Crate uint8

// The crate's numbers, by its names.
const (
	CrateSerialization    Crate = 1
	CrateDeserialization  Crate = 2
	CrateInvalidPackage   Crate = 3
	CrateFetchFailed      Crate = 4
	CrateCompileError     Crate = 5
	CrateIncorrectABI     Crate = 6
	CrateAborted          Crate = 7
	CrateInvalidHandle    Crate = 8
	CrateInvalidTopic     Crate = 9
	CrateMissingCallback  Crate = 10
	CrateUnsupported      Crate = 11
	CrateBadRequest       Crate = 12
	CrateAccessDenied     Crate = 13
	CrateInternal         Crate = 14
	CrateMemoryAllocation Crate = 15
	CrateInvocationFailed Crate = 16
	CrateAlreadyConsumed  Crate = 17
	CrateMemoryAccess     Crate = 18
	CrateUnknown          Crate = 19
)

// crateCodes is the code of each of the crate's numbers.
var crateCodes = [...]Code{
	CrateSerialization: CodeInternal, CrateDeserialization: CodeInvalidArgument,
	CrateInvalidPackage: CodeNotFound, CrateFetchFailed: CodeUnavailable, CrateCompileError: CodeFailedPrecondition,
	CrateIncorrectABI: CodeFailedPrecondition, CrateAborted: CodeAborted, CrateInvalidHandle: CodeNotFound,
	CrateInvalidTopic: CodeUnimplemented, CrateMissingCallback: CodeUnimplemented,
	CrateUnsupported: CodeUnimplemented, CrateBadRequest: CodeInvalidArgument,
	CrateAccessDenied: CodePermissionDenied, CrateInternal: CodeInternal,
	CrateMemoryAllocation: CodeResourceExhausted, CrateInvocationFailed: CodeUnknown,
	CrateAlreadyConsumed: CodeFailedPrecondition, CrateMemoryAccess: CodeInternal, CrateUnknown: CodeUnknown,
}

// codeCrates is the number of the crate that is nearest to each code.
var codeCrates = [...]Crate{
	CodeCanceled: CrateAborted, CodeUnknown: CrateUnknown, CodeInvalidArgument: CrateBadRequest,
	CodeDeadlineExceeded: CrateAborted, CodeNotFound: CrateInvalidPackage, CodeAlreadyExists: CrateBadRequest,
	CodePermissionDenied: CrateAccessDenied, CodeResourceExhausted: CrateMemoryAllocation,
	CodeFailedPrecondition: CrateInvocationFailed, CodeAborted: CrateAborted, CodeOutOfRange: CrateBadRequest,
	CodeUnimplemented: CrateUnsupported, CodeInternal: CrateInternal, CodeUnavailable: CrateAborted,
	CodeDataLoss: CrateInternal, CodeUnauthenticated: CrateAccessDenied,
}

// Code is the code that stands for the crate's number; CodeUnknown for a number that
// the crate has not.
func (n Crate) Code() Code {
	if n > 0 && int(n) < len(crateCodes) {
		return crateCodes[n]
	}
	return CodeUnknown
}

// Crate is the crate's number that is nearest to the code.
func (c Code) Crate() Crate {
	if c > 0 && int(c) < len(codeCrates) {
		return codeCrates[c]
	}
	return CrateUnknown
}

// Error is the code's name: a Code is an error that says no more than what it is, and
// errors.Is finds it in an [Error] of that code.
func (c Code) Error() string { return c.String() }
