package sys

import (
	"io/fs"
	"time"
)

// Spawn starts a process and returns its pid.
func (f *Files) Spawn(attr *SpawnAttr) (pid int, err error) {
	rep, err := f.call(&Request{Op: OpSpawn, Data: attr.Append(nil)})
	if err != nil {
		name := attr.Path
		if name == "" && len(attr.Argv) > 0 {
			name = attr.Argv[0]
		}
		return 0, &fs.PathError{Op: "spawn", Path: name, Err: err}
	}
	return int(rep.Vals[0]), nil
}

// Wait waits for a child: pid as waitpid(2) has it, -1 for any. With WNoHang the
// pid is 0 if no child has news.
func (f *Files) Wait(pid int, flags WaitFlag) (int, WaitStatus, error) {
	rep, err := f.call(&Request{Op: OpWait, Args: [6]uint64{uint64(int64(pid)), uint64(flags)}})
	return int(rep.Vals[0]), WaitStatus(rep.Vals[1]), err
}

// WaitTime is Wait, and says how much processor time an ended child and the
// children it waited for have used.
func (f *Files) WaitTime(pid int, flags WaitFlag) (int, WaitStatus, time.Duration, error) {
	rep, err := f.call(&Request{Op: OpWait, Args: [6]uint64{uint64(int64(pid)), uint64(flags)}})
	return int(rep.Vals[0]), WaitStatus(rep.Vals[1]), time.Duration(rep.Vals[2]), err
}

// Kill sends sig to pid, as kill(2) has it: 0 for the own group, -1 for all, -n
// for group n. Signal 0 only asks whether there is somebody.
func (f *Files) Kill(pid int, sig Signal) error {
	_, err := f.call(&Request{Op: OpKill, Args: [6]uint64{uint64(int64(pid)), uint64(sig)}})
	return err
}

// IDs are the numbers of a process.
type IDs struct{ PID, PPID, PGID, SID int }

// GetPID is the process's own number.
func (f *Files) GetPID() int { return f.IDs().PID }

// IDs asks for the process's numbers.
func (f *Files) IDs() IDs {
	rep, _ := f.call(&Request{Op: OpGetPID})
	return IDs{
		PID:  int(rep.Vals[0]),
		PPID: int(rep.Vals[1] >> 32),
		PGID: int(uint32(rep.Vals[1])),
		SID:  int(rep.Vals[2]),
	}
}

// SetPGID puts process pid (0: the caller) into the group pgid (0: its own pid).
func (f *Files) SetPGID(pid, pgid int) error {
	_, err := f.call(&Request{Op: OpSetPGID, Args: [6]uint64{uint64(int64(pid)), uint64(int64(pgid))}})
	return err
}

// SetSID makes the caller the leader of a new session.
func (f *Files) SetSID() (int, error) {
	rep, err := f.call(&Request{Op: OpSetSID})
	return int(rep.Vals[0]), err
}

// PS lists the processes, by pid.
func (f *Files) PS() ([]ProcInfo, error) {
	rep, err := f.call(&Request{Op: OpPS})
	if err != nil {
		return nil, err
	}
	return DecodeProcs(rep.Data)
}

// Exit ends the process; it does not return.
func (f *Files) Exit(code int) {
	f.c.Syscall(&Request{Op: OpExit, Args: [6]uint64{uint64(uint8(code))}})
}

// Poll waits until an fd of list is ready, or until timeout is over (negative: no
// limit), sets Revents and Bytes, and returns how many are ready.
func (f *Files) Poll(list []PollFD, timeout time.Duration) (int, error) {
	limit := ^uint64(0)
	if timeout >= 0 {
		limit = uint64(timeout)
	}
	rep, err := f.call(&Request{Op: OpPoll, Args: [6]uint64{limit}, Data: AppendPoll(nil, list)})
	if err != nil {
		return 0, err
	}
	got, err := DecodePoll(rep.Data)
	if err != nil {
		return 0, err
	}
	copy(list, got)
	n := 0
	for i := range list {
		if list[i].Revents != 0 {
			n++
		}
	}
	return n, nil
}

// Sleep waits for d; it ends early with EINTR.
func (f *Files) Sleep(d time.Duration) error {
	_, err := f.Poll(nil, max(d, 0))
	return err
}
