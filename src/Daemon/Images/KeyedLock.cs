namespace Wharf.Daemon.Images;

/// <summary>One holder for each key: two pulls of the same layer do the work once.</summary>
internal sealed class KeyedLock
{
    private readonly Dictionary<string, (SemaphoreSlim Gate, int Users)> _gates = [];

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellation)
    {
        SemaphoreSlim gate;
        lock (_gates)
        {
            (SemaphoreSlim Gate, int Users) entry = _gates.TryGetValue(key, out var found) ? found : (new SemaphoreSlim(1), 0);
            _gates[key] = (entry.Gate, entry.Users + 1);
            gate = entry.Gate;
        }

        try
        {
            await gate.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch
        {
            Leave(key, gate, entered: false);
            throw;
        }

        return new Holder(this, key, gate);
    }

    private void Leave(string key, SemaphoreSlim gate, bool entered)
    {
        lock (_gates)
        {
            if (entered)
            {
                gate.Release();
            }

            (_, int users) = _gates[key];
            if (users == 1)
            {
                _gates.Remove(key);
                gate.Dispose();
            }
            else
            {
                _gates[key] = (gate, users - 1);
            }
        }
    }

    private sealed class Holder(KeyedLock owner, string key, SemaphoreSlim gate) : IDisposable
    {
        private bool _left;

        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                owner.Leave(key, gate, entered: true);
            }
        }
    }
}
