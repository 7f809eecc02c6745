/** Keeps a value by its key. @returns what takes it away, unless another one has its place by then */
export function hold<K, V>(map: Map<K, V>, key: K, value: V): () => void {
  map.set(key, value);
  return () => {
    if (map.get(key) === value) map.delete(key);
  };
}
