// Package grant says what a program may use of the world outside: which services, and of
// them which hosts and paths. A rule is a pattern and a decision; rules are set by the page
// around the shell, by the declaration of a package and by the user.
//
//	http:api.example.com    requests to this host, at any port
//	http:*.example.com:443  to all hosts below, at this port
//	net:127.0.0.1           http, ws, tcp and mount to this host
//	fs:/home/data           this directory and all below it
//	process                 all that the service process offers
//	*                       everything
//
// What is decided here is done elsewhere: package kernel keeps whose rules hold for which
// process, asks the user and remembers, and services ask before they act. Nothing here
// knows of processes, terminals or files.
package grant
