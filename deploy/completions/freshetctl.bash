# bash completion for freshetctl(1)

_freshetctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words=''
  COMPREPLY=()
  case $previous in
    --config | --key-file | --token-file | --admin-password-file)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --admin-user | --channel | --count | --event | --for | --header | --interval | --key | --last-event-id | --limit | \
      --ops | --origin | --redis | --url | --user)
      return
      ;;
  esac
  if ((COMP_CWORD == 1)); then
    words='publish watch status disconnect ring doctor --help --version'
  else
    case ${COMP_WORDS[1]} in
      publish) words='--help --config --json --event --key --live --key-file --ops' ;;
      watch)
        words='--help --config --json --url --last-event-id --token-file --header --count --insecure --key-file --ops'
        ;;
      status) words='--help --config --json --ops --key-file --watch --interval --redis' ;;
      disconnect) words='--help --config --json --user --channel --for --key-file --ops' ;;
      ring)
        if ((COMP_CWORD == 2)); then words='show --help'; else words='--help --config --json --limit --redis'; fi
        ;;
      doctor)
        words='--help --config --json --url --channel --token-file --origin --slow --insecure --admin-password-file
          --admin-user --key-file --ops --redis'
        ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _freshetctl freshetctl
