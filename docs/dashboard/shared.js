      // The same in all three pages: how a page asks the flow, and how it writes times and numbers.
      // An answer comes back with the `ask` of its question, to nobody else's page.
      listen() {
        this.heard = ({ ask, payload, nextCursor, failed }) => {
          const waiting = this.asked[ask];
          if (!waiting) return;
          delete this.asked[ask];
          clearTimeout(waiting.timer);
          if (failed) waiting.reject(failed);
          else waiting.resolve({ payload, nextCursor });
        };
        this.$socket.on('msg-input:' + this.id, this.heard);
        // One that has not ended yet, as Node-RED is slow or away, is not begun again.
        let reading = false;
        this.timer = setInterval(async () => {
          if (document.hidden || reading) return;
          reading = true;
          await this.refresh();
          reading = false;
        }, 5000);
      },
      leave() {
        clearInterval(this.timer);
        this.$socket.off('msg-input:' + this.id, this.heard);
      },
      // `told` is what the operator is told once it is done; what is `quiet` is not told when it fails.
      ask(operation, payload, { told, quiet } = {}) {
        const ask = Date.now().toString(36) + Math.random().toString(36).slice(2);
        return new Promise((resolve, reject) => {
          const late = { code: 'late', message: 'Node-RED has not answered for 20 s.' };
          const timer = setTimeout(() => delete this.asked[ask] && reject(late), 20000);
          this.asked[ask] = { resolve, reject, timer };
          this.send({ view: this.view, ask, operation, payload, told, quiet });
        });
      },
      // What is read again and again says above the page what is wrong, and takes it away once it is right.
      async look(operation, payload) {
        const answer = await this.ask(operation, payload, { quiet: true });
        return answer.payload;
      },
      // What is done on demand: the flow tells how it came off. Resolves to null when it has failed.
      async act(operation, payload, told) {
        this.busy = true;
        try {
          return (await this.ask(operation, payload, { told })).payload;
        } catch {
          return null;
        } finally {
          this.busy = false;
        }
      },
      // A dialog gives the focus back to what has opened it.
      goBack() {
        if (this.opener) this.opener.focus();
      },
      when(at) {
        return at ? new Date(at).toLocaleString([], { dateStyle: 'short', timeStyle: 'medium' }) : '';
      },
      ago(at) {
        if (!at) return '';
        const seconds = Math.round((Date.now() - Date.parse(at)) / 1000);
        const [size, unit] = [[86400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']].find(
          ([size]) => Math.abs(seconds) >= size,
        ) || [1, 'second'];
        return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-Math.round(seconds / size), unit);
      },
      took(ms) {
        if (ms === null || ms === undefined) return '';
        return ms < 1000 ? ms + ' ms' : (ms / 1000).toFixed(1) + ' s';
      },
      count(number, one, many) {
        return Number(number).toLocaleString() + ' ' + (number === 1 ? one : many);
      },
