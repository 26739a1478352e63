//go:build !unix

package guests

import (
	"os/exec"
	"time"
)

// apart only bounds the wait for what a command that was ended has started.
func apart(cmd *exec.Cmd) { cmd.WaitDelay = 3 * time.Second }

// giveWay does nothing: there is no priority that every such system has.
func giveWay(*exec.Cmd) {}

// endRest does nothing: such a system has no groups to find the rest by.
func endRest(*exec.Cmd) {}
