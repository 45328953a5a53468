// The worker process of the demo's app: it only waits for work here.
setInterval(() => console.log('worker: nothing to do'), 60_000);
