/** Loaded into a child of the command before its own code: it ends in order when the command is gone, killed ones included. */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
})
// The channel is no work that a process would stay for.
process.channel?.unref()
