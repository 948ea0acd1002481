// Package process runs the components as processes that cannot outlive this one.
package process

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Process is one running component.
type Process struct {
	Name    string
	LogPath string
	command *exec.Cmd
	stdin   io.Closer
	done    chan struct{}
	err     error
}

// Start runs this same binary as the component called name. What it prints goes to DIR/name.log.
func Start(name, dir string, args []string) (*Process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	logPath := filepath.Join(dir, name+".log")
	log, err := os.OpenFile(logPath, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	command := exec.Command(self, append([]string{name}, args...)...)
	// Components name themselves after it in User-Agent and managedFields.
	command.Args[0] = name
	command.Stdout, command.Stderr = log, log
	// Nothing of the caller's environment (KUBECONFIG, HTTP_PROXY, GODEBUG …) may change a run.
	command.Env = []string{"HOME=" + dir, "TMPDIR=" + os.TempDir(), "PATH=" + os.Getenv("PATH")}
	// A group of its own: a terminal's Ctrl-C reaches only us, and we stop the components in order.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Never written to; it closes when we end, however we end, and the component follows.
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &Process{Name: name, LogPath: logPath, command: command, stdin: stdin, done: make(chan struct{})}
	go func() {
		p.err = command.Wait()
		close(p.done)
	}()
	return p, nil
}

// Done closes when the component has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Failure says how the component ended, with the end of its log. Call it only after Done.
func (p *Process) Failure() error {
	reason := "exit status 0"
	if p.err != nil {
		reason = p.err.Error()
	}
	return fmt.Errorf("%s ended by itself (%s); the end of %s:\n%s", p.Name, reason, p.LogPath, tail(p.LogPath, 12))
}

// Stop asks the component to end, and kills it after the patience given.
func (p *Process) Stop(patience time.Duration) {
	_ = p.command.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(patience):
		_ = p.command.Process.Kill()
		<-p.done
	}
	_ = p.stdin.Close()
}

func tail(path string, lines int) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(content), "\n"), "\n")
	if len(all) > lines {
		all = all[len(all)-lines:]
	}
	for i, line := range all {
		if len(line) > 400 {
			all[i] = line[:400] + "…"
		}
	}
	return strings.Join(all, "\n")
}
