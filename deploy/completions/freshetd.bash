# bash completion for freshetd(8)

_freshetd() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  case $previous in
    --config)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W 'trace debug info warn error' -- "$current") ;;
    --listen | --ops-listen | --redis | --instance) ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W '--help --config --check-config --print-config --listen --ops-listen --redis
        --memory --instance --log-level --dev --version' -- "$current")
      ;;
  esac
}
complete -F _freshetd freshetd
