// Package cformat has the formats of C's library as shells and their tools use them: the
// directives of printf, those of strftime, and backslash escapes. The shell's builtins and
// the commands format alike by it. What is read as an argument, and what is told of one that
// is wrong, is theirs.
package cformat
