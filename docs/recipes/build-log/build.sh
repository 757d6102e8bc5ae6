# Something that takes a while and says how far it is.
steps=40
for ((step = 1; step <= steps; step++)); do
  sleep "${STEP_SECONDS:-0.15}"
  printf '[%3d%%] Compiling part %d of %d\n' $((100 * step / steps)) "$step" "$steps"
  if ((step % 13 == 0)); then echo "  note: part $step has a <b>name</b> that is not HTML"; fi
done
echo 'All parts built.'
