export function generateTypes(): Promise<ReadonlyMap<string, string>>;
