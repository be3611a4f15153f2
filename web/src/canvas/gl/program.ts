// A program of the graphics card, with its uniforms by name.

export class Program {
  private readonly program: WebGLProgram;
  private readonly places = new Map<string, WebGLUniformLocation | null>();

  constructor(private readonly gl: WebGL2RenderingContext, vertex: string, fragment: string) {
    const program = gl.createProgram();
    const shaders = [compiled(gl, gl.VERTEX_SHADER, vertex), compiled(gl, gl.FRAGMENT_SHADER, fragment)];
    for (const shader of shaders) gl.attachShader(program, shader);
    gl.linkProgram(program);
    for (const shader of shaders) gl.deleteShader(shader);
    // A lost context links nothing, and says so by its own event.
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const words = shaders.map((shader) => gl.getShaderInfoLog(shader)).join(" ");
      throw new Error(`A program of the graphics card does not link: ${gl.getProgramInfoLog(program) ?? ""} ${words}`);
    }
    this.program = program;
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  at(name: string): WebGLUniformLocation | null {
    let place = this.places.get(name);
    if (place === undefined) {
      place = this.gl.getUniformLocation(this.program, name);
      this.places.set(name, place);
    }
    return place;
  }

  set(name: string, ...values: readonly number[]): void {
    const { gl } = this;
    const place = this.at(name);
    const [x = 0, y = 0, z = 0, w = 0] = values;
    if (values.length === 1) gl.uniform1f(place, x);
    else if (values.length === 2) gl.uniform2f(place, x, y);
    else if (values.length === 3) gl.uniform3f(place, x, y, z);
    else gl.uniform4f(place, x, y, z, w);
  }

  setInt(name: string, value: number): void {
    this.gl.uniform1i(this.at(name), value);
  }

  /** Four numbers for each of a row. */
  setRow(name: string, values: Float32Array): void {
    this.gl.uniform4fv(this.at(name), values);
  }
}

function compiled(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind);
  if (!shader) throw new Error("The graphics card gives no shader.");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  return shader;
}
