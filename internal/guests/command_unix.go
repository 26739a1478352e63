//go:build unix

package guests

import (
	"os/exec"
	"syscall"
	"time"
)

// apart has cmd run in a process group of its own, all of which is interrupted when its
// context is done: a compiler's driver does not end what it has started.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) }
	cmd.WaitDelay = 3 * time.Second
}

// giveWay lowers the priority of a command that has just begun, and so that of what it will start.
func giveWay(cmd *exec.Cmd) {
	// It is a courtesy: a system that refuses has it run as others do.
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, 10)
}

// endRest ends what a command that was interrupted, and is gone, has left in its group.
func endRest(cmd *exec.Cmd) {
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // mostly there is nothing
}
