// Package control is how another process asks a running testbed for its state, or to stop: one line
// over a Unix socket. Unlike a process id in a file, a socket cannot come to mean somebody else.
package control

import (
	"bufio"
	"net"
	"os"
	"strings"
)

// Server answers "status" with one line, and closes a "stop" connection when everything has ended.
type Server struct {
	Stop     chan struct{} // receives when somebody asks
	listener net.Listener
	waiting  chan net.Conn
}

// Listen serves on the socket's path. status must be one line.
func Listen(path, status string) (*Server, error) {
	_ = os.Remove(path) // the data folder's lock is ours, so this one is a dead testbed's
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	s := &Server{Stop: make(chan struct{}, 1), listener: listener, waiting: make(chan net.Conn, 64)}
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go s.serve(connection, status)
		}
	}()
	return s, nil
}

func (s *Server) serve(connection net.Conn, status string) {
	request, _ := bufio.NewReader(connection).ReadString('\n')
	if strings.TrimSpace(request) != "stop" {
		_, _ = connection.Write([]byte(status + "\n"))
		_ = connection.Close()
		return
	}
	s.waiting <- connection
	select {
	case s.Stop <- struct{}{}:
	default:
	}
}

// Close releases those who wait for the end.
func (s *Server) Close() {
	_ = s.listener.Close()
	for {
		select {
		case connection := <-s.waiting:
			_ = connection.Close()
		default:
			return
		}
	}
}
