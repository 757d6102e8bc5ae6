# Makes the pages of docs/ right for /usr/share/doc/freshetd/docs, where examples/ and changelog.gz lie beside them.
s#(\]\((\.\./)+)deploy/(nginx|haproxy|caddy|redis|prometheus|grafana)/#\1examples/\3/#g
s#`deploy/(nginx|haproxy|caddy|redis|prometheus|grafana)\b#`examples/\1#g
s#(\]\((\.\./)+)config/freshet\.yaml\)#\1examples/freshet.yaml)#g
s#`config/freshet\.yaml`#`examples/freshet.yaml`#g
s#(\]\((\.\./)+)CHANGELOG\.md\)#\1changelog.gz)#g
# What is in the sources only is named, without a link.
s#\[([^][]+)\]\((\.\./)+(deploy|loadtest)(/[^)]*)?\)#\1#g
