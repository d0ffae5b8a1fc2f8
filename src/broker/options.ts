/** How much a broker takes its time for. */
export interface BrokerOptions {
  /** Deadline of every call to a worker, seconds. */
  readonly deadline: number;
  /** Fresh processes a latency case takes. */
  readonly processes: number;
  /** Seconds after which a latency case makes do with the processes it has, if they are two. */
  readonly patience: number;
  /** Measuring time a batch size takes in one process, seconds. */
  readonly budget: number;
  /** Folder of the backend files of another version; absent for this one's own. */
  readonly backends?: string | null;
  /** Of sessions that answer, 1 where absent; latency has its case's own. */
  readonly threads?: number;
}
