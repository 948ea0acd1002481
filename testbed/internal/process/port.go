package process

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Port is a TCP port of 127.0.0.1 that stays ours until Release.
type Port struct {
	Number int
	fd     int
}

// ReservePort binds a free port without listening on it. The component that gets it must set
// SO_REUSEPORT (kube-apiserver: --permit-port-sharing). Finding a free port by opening and closing it
// would lose it now and then to another testbed, or to any outgoing connection, that starts meanwhile.
func ReservePort() (*Port, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	unix.CloseOnExec(fd)
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	address, err := unix.Getsockname(fd)
	if err != nil {
		return nil, fmt.Errorf("reserve a port: %w", err)
	}
	return &Port{Number: address.(*unix.SockaddrInet4).Port, fd: fd}, nil
}

// Release gives the port back.
func (p *Port) Release() { _ = unix.Close(p.fd) }
